"""Stands in for the Python library on the far side of ssh, as far as its helper program goes."""
