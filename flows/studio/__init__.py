"""`duizhao studio`: a web app on 127.0.0.1 that runs the commands for people without a terminal.

jobs.py has the files of a job, queue.py runs jobs one after another in processes of their own,
preview.py reads the documents of a job before it starts, projects.py lists what was built, app.py
answers the page. All state is in files below ``FOLDER/.studio``.
"""
