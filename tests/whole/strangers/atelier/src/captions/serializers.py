from rest_framework import serializers

from captions.models import Picture


class CaptionRequest(serializers.Serializer):
    picture = serializers.PrimaryKeyRelatedField(queryset=Picture.objects.all())
    tone = serializers.ChoiceField(choices=["plain", "playful", "solemn"], default="plain")
