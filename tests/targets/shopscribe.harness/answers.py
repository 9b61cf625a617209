# What the providers say to shopscribe when cassettes are recorded; plain sentences are the simulator's own.
def chat(request):
    skus = [line.rpartition("(")[2][:-1] for line in request.user.splitlines() if line.endswith(")")]
    tags = {sku: ["kitchen", "oak"] for sku in skus if "RIDDLE" not in sku} or {"other": []}
    text = "It is made of oiled oak, and lasts. " * 40
    return tags if "up to five tags" in request.system else text if "descriptions" in request.system else None


def image(request):
    return {"count": 1} if "shy guests" in request.text else None
