from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import APIView

from captions.jobs import caption
from captions.models import Picture
from captions.serializers import CaptionRequest
from studios.models import Membership


class CaptionView(APIView):
    def post(self, request):
        if not Membership.objects.filter(person=request.user, studio=request.studio, role="owner").exists():
            return Response({"detail": "not an owner here"}, status=status.HTTP_403_FORBIDDEN)
        form = CaptionRequest(data=request.data)
        form.is_valid(raise_exception=True)
        picture = form.validated_data["picture"]
        if picture.studio_id != request.studio.pk:
            return Response({"detail": "not here"}, status=status.HTTP_404_NOT_FOUND)
        caption.apply_async(args=[picture.pk], kwargs={"tone": form.validated_data["tone"]})
        return Response({"picture": picture.pk}, status=status.HTTP_202_ACCEPTED)


class PicturesView(APIView):
    def get(self, request):
        return Response([{"id": p.pk, "state": p.state, "caption": p.caption} for p in Picture.objects.filter(studio=request.studio)])
