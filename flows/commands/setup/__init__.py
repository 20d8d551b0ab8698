"""Commands for what runs need: the model, the translation memory, the settings."""
