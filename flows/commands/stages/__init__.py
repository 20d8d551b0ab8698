"""Commands that run one stage, or measure one."""
