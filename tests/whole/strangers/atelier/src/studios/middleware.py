from django.http import JsonResponse

from studios.models import Studio


class StudioMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        slug = request.headers.get("X-Studio")
        request.studio = Studio.objects.filter(slug=slug).first() if slug else None
        if request.path.startswith("/v2/") and request.studio is None:
            return JsonResponse({"detail": "which studio?"}, status=400)
        return self.get_response(request)
