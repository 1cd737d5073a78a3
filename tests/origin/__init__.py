"""The origin, judged by clients that share no code with the recipes."""
