"""Other clients, which a recipe takes in the place of its own."""
