"""The sandbox's own OpenAPI description, made from the code: addresses from the URL resolver, parameters of lists from their `Listing`,
bodies from what the forms read. What code cannot tell (shapes of answers, conflicts) stands beside each noun in `nouns/`.
"""
