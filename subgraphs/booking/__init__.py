"""booking: the flow that holds nights and benefits, has them paid, and keeps or gives back everything together."""
