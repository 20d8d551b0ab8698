"""`python -m duizhao` is the command line."""

from duizhao.flows.cli import main

if __name__ == "__main__":
    main()
