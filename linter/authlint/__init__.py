"""authlint: which requests will this gateway configuration answer with 401 by mistake?"""

__version__ = "0.1.0"
