"""Shared plumbing that knows no business."""
