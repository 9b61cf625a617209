"""Planner page: keywords, clusters, ideas."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.dispatch import accepted
from igny8_core.api.responses import ok
from igny8_core.api.views import TenantListView, TenantView
from igny8_core.business.content.services.task_creation import queue_idea
from igny8_core.business.planning.models import Cluster, ContentIdea, Keyword


class KeywordSerializer(serializers.ModelSerializer):
    class Meta:
        model = Keyword
        fields = [
            "id",
            "site_id",
            "sector_id",
            "keyword",
            "volume",
            "difficulty",
            "intent",
            "cluster_id",
            "status",
            "created_at",
        ]


class ClusterSerializer(serializers.ModelSerializer):
    class Meta:
        model = Cluster
        fields = [
            "id",
            "site_id",
            "sector_id",
            "name",
            "description",
            "keywords_count",
            "volume",
            "status",
            "created_at",
        ]


class IdeaSerializer(serializers.ModelSerializer):
    class Meta:
        model = ContentIdea
        fields = [
            "id",
            "site_id",
            "sector_id",
            "cluster_id",
            "title",
            "description",
            "content_type",
            "content_structure",
            "target_keywords",
            "estimated_word_count",
            "status",
            "created_at",
        ]


class KeywordList(TenantListView):
    queryset = Keyword.objects.all()
    serializer_class = KeywordSerializer


class ClusterList(TenantListView):
    queryset = Cluster.objects.all()
    serializer_class = ClusterSerializer


class IdeaList(TenantListView):
    queryset = ContentIdea.objects.all()
    serializer_class = IdeaSerializer


class AutoCluster(TenantView):
    """The "Cluster Keywords" button."""

    def post(self, request: Request) -> Response:
        return accepted(self.run_function("auto_cluster", self.ids()))


class AutoGenerateIdeas(TenantView):
    """The "Generate Ideas" button."""

    def post(self, request: Request) -> Response:
        return accepted(self.run_function("generate_ideas", self.ids()))


class QueueToWriter(TenantView):
    """The "Queue to Writer" button: makes a task of each new idea, at once."""

    def post(self, request: Request) -> Response:
        ids = sorted(set(self.ids()))
        ideas = self.owned(ContentIdea.objects.filter(pk__in=ids, status=ContentIdea.Status.NEW))
        if ideas.count() != len(ids):
            raise ValidationError({"ids": ["Some ids do not exist or are queued already."]})
        tasks = [task for task in map(queue_idea, ids) if task]
        return ok({"task_ids": [task.pk for task in tasks], "created": len(tasks)}, status=202)
