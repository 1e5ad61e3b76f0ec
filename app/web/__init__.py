"""What every request passes before a page or the API sees it, and every answer before it leaves."""
