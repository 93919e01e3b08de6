"""Model calls in every API of the gateway. They cost money and are counted, but no model is called."""
