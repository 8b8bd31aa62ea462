"""The reference trainer: datasets of the curation job in, served and announced model checkpoints out."""
