"""kebao prices science-and-technology insurance."""
