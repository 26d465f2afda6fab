"""Human review: a stratified sample of a release, its sheet, the answers, and what follows from them."""
