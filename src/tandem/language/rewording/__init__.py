"""A language model behind the grammar: says over again, in words that the grammar reads, what the grammar did not understand."""
