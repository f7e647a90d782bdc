"""A simulator of PortOne V2: its REST endpoints, its payment window and its signed webhooks."""
