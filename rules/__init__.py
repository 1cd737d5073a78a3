"""What a correct batch must do: the rules, and what shows that somebody keeps or breaks them."""
