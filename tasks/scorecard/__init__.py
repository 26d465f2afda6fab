"""The six principles of RS-GPT4V in numbers: counted, compared with the release before, judged."""
