"""What the models of this repository share. Triton starts one Python process per model version; each imports this."""
