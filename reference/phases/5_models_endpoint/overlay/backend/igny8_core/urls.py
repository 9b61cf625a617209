"""Everything is under /api/v1/."""

from django.urls import include, path

from igny8_core.api import ai_models, automation, billing, linker, optimizer, planner, system, writer

v1 = [
    path("health/", system.Health.as_view()),
    path("planner/keywords/", planner.KeywordList.as_view()),
    path("planner/keywords/auto_cluster/", planner.AutoCluster.as_view()),
    path("planner/clusters/", planner.ClusterList.as_view()),
    path("planner/clusters/auto_generate_ideas/", planner.AutoGenerateIdeas.as_view()),
    path("planner/ideas/", planner.IdeaList.as_view()),
    path("planner/ideas/queue_to_writer/", planner.QueueToWriter.as_view()),
    path("writer/tasks/", writer.TaskList.as_view()),
    path("writer/tasks/auto_generate_content/", writer.AutoGenerateContent.as_view()),
    path("writer/content/", writer.ContentList.as_view()),
    path("writer/content/generate_image_prompts/", writer.GenerateImagePrompts.as_view()),
    path("writer/images/", writer.ImageList.as_view()),
    path("writer/images/generate_images/", writer.GenerateImages.as_view()),
    path("linker/process/", linker.ProcessLinks.as_view()),
    path("optimizer/optimize/", optimizer.OptimizeContent.as_view()),
    path("automation/run_now/", automation.RunNow.as_view()),
    path("automation/run_stage/", automation.RunStage.as_view()),
    path("automation/pause/", automation.Pause.as_view()),
    path("automation/resume/", automation.Resume.as_view()),
    path("automation/runs/", automation.RunList.as_view()),
    path("automation/config/", automation.Config.as_view()),
    path("billing/credits/balance/", billing.Balance.as_view()),
    path("billing/credits/usage/", billing.UsageList.as_view()),
    path("billing/credits/transactions/", billing.TransactionList.as_view()),
    path("system/tasks/<str:task_id>/", system.TaskState.as_view()),
    path("system/ai-models/", ai_models.AIModels.as_view()),
    path("system/settings/", system.AccountSettings.as_view()),
]
urlpatterns = [path("api/v1/", include(v1))]

handler400 = "igny8_core.api.exceptions.handle_400"
handler404 = "igny8_core.api.exceptions.handle_404"
handler500 = "igny8_core.api.exceptions.handle_500"
