"""The commands: `stages` run one stage, `corpora` write and use corpora, `pages` show and correct
them, `setup` manages the model, the translation memory and the settings."""
