"""From text to what it says: tokens, noun phrases, and the predicates tied to them."""
