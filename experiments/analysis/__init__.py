"""What the tools of analysis share: reading a request, living through many markets, reading them, writing a page."""
