from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models.functions import Upper


class Product(models.Model):
    sku = models.CharField(max_length=40)
    sku_key = models.GeneratedField(
        expression=Upper('sku'), output_field=models.CharField(max_length=40), db_persist=True, unique=True)
    name = models.CharField(max_length=120)
    facts = models.JSONField(default=dict, blank=True)
    tags = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    on_sale = DateRangeField(null=True, blank=True)
    description = models.TextField(blank=True)
    described_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ['pk']


class Order(models.Model):
    """One thing that the AI providers were asked for."""

    class Operation(models.TextChoices):
        DESCRIBE = 'describe'
        PICTURE = 'picture'
        ALT_TEXT = 'alt_text'
        CAMPAIGN = 'campaign'
        TAGS = 'tags'

    class Status(models.IntegerChoices):
        OPEN = 0
        DONE = 1
        FAILED = 2

    operation = models.CharField(max_length=10, choices=Operation)
    status = models.SmallIntegerField(choices=Status, default=Status.OPEN)
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name='orders')
    wanted = models.JSONField(default=dict)
    outcome = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def finish(self, status, outcome):
        self.status, self.outcome = status, outcome
        self.save(update_fields=['status', 'outcome', 'updated_at'])


class Picture(models.Model):
    product = models.ForeignKey(Product, models.CASCADE, related_name='pictures')
    order = models.ForeignKey(Order, models.PROTECT, related_name='pictures')
    file = models.FileField(upload_to='pictures', blank=True)
    url = models.URLField(max_length=500, blank=True)
    alt = models.CharField(max_length=250, blank=True)


class Campaign(models.Model):
    order = models.OneToOneField(Order, models.PROTECT)
    angle = models.CharField(max_length=100)
    products = models.ManyToManyField(Product)


class Teaser(models.Model):
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name='teasers')
    product = models.ForeignKey(Product, models.CASCADE)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=['campaign', 'product'], name='one_teaser_each')]
