def address(page):
    return None
