"""Hosts: who may have places, as account has said."""
