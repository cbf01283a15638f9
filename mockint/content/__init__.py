"""Files to domain: questions and rubrics as TOML, checked once, indexed, opened one by one."""
