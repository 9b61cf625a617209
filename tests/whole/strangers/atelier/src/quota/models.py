from django.db import models


class Allowance(models.Model):
    studio = models.OneToOneField("studios.Studio", on_delete=models.CASCADE, primary_key=True)
    remaining = models.PositiveIntegerField(default=0)


class Spend(models.Model):
    studio = models.ForeignKey("studios.Studio", on_delete=models.CASCADE)
    reason = models.CharField(max_length=20, choices=[("caption", "Caption"), ("album", "Album"), ("refill", "Refill")])
    points = models.IntegerField()
    left = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)
