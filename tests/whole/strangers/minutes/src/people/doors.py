from functools import wraps

from django.http import JsonResponse

from people.models import AccessToken


def with_token(view):
    """The person whose token the header holds."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        secret = request.headers.get("X-Client-Token", "")
        token = AccessToken.objects.filter(secret=secret, dead=False).select_related("person").first()
        if token is None:
            return JsonResponse({"error": "who are you"}, status=401)
        request.person = token.person
        return view(request, *args, **kwargs)

    return inner
