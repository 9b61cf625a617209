from django.db.models import Sum
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response
from shop.models import CreditEntry, Draft
from shop.tasks import write
class DraftSerializer(serializers.ModelSerializer):
    class Meta:
        model = Draft
        fields = ["id", "organization", "topic"]
class Drafts(viewsets.ModelViewSet):
    queryset = Draft.objects.all()
    serializer_class = DraftSerializer
    def get_queryset(self):
        return Draft.objects.filter(organization__seat__user=self.request.user)
    @action(detail=True, methods=["post"])
    def write(self, request, pk=None):
        draft = self.get_object()
        left = CreditEntry.objects.filter(organization=draft.organization).aggregate(s=Sum("amount"))["s"] or 0
        if left < 3:
            return Response({"error": "no credits"}, status=402)
        write.delay(draft.pk)
        return Response({"ok": True}, status=202)
