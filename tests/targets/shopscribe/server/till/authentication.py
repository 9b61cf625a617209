import hashlib
from datetime import timedelta

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission

from till.models import ApiKey


def digest(key):
    return hashlib.sha256(key.encode()).hexdigest()


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate(self, request):
        key = request.headers.get('X-Api-Key')
        if not key:
            return None
        found = ApiKey.objects.filter(digest=digest(key), revoked=False).first()
        if found is None:
            raise AuthenticationFailed('unknown key')
        now = timezone.now()
        if found.last_used is None or now - found.last_used > timedelta(hours=1):
            ApiKey.objects.filter(pk=found.pk).update(last_used=now)
        return found, key

    def authenticate_header(self, request):
        return 'X-Api-Key'


class HasScope(BasePermission):
    def has_permission(self, request, view):
        if not isinstance(request.user, ApiKey):
            return False
        return ('read' if request.method in SAFE_METHODS else 'spend') in request.user.scopes
