"""The commands: `stages` run one stage, `corpora` write and use corpora, `pages` are for people who
read and correct, `setup` is for the model, the memory and the settings."""
