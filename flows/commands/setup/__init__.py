"""Commands that manage the model, the translation memory, the server and the settings."""
