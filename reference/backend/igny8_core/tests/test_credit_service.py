"""Credits: priced, taken, added, given back."""

from decimal import Decimal

from django.test import TestCase

from igny8_core.business.billing.exceptions import CreditCalculationError, InsufficientCreditsError
from igny8_core.business.billing.models import CreditCostConfig, CreditTransaction, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.tests.worlds import World


class PriceTests(TestCase):
    def test_begun_credits_count_whole(self):
        """100 tokens a credit: 301 tokens cost 4."""
        self.assertEqual(CreditService.calculate_credits_from_tokens("content_generation", 300, 0), 3)
        self.assertEqual(CreditService.calculate_credits_from_tokens("content_generation", 300, 1), 4)

    def test_minimum(self):
        """Few tokens cost the minimum."""
        self.assertEqual(CreditService.calculate_credits_from_tokens("content_generation", 10, 10), 3)

    def test_no_price(self):
        """An operation without an active price cannot be priced."""
        CreditCostConfig.objects.filter(operation_type="clustering").update(is_active=False)
        with self.assertRaises(CreditCalculationError):
            CreditService.calculate_credits_from_tokens("clustering", 1, 1)


class DeductionTests(TestCase):
    def setUp(self):
        self.world = World(credits=10)

    def deduct(self, **values):
        return CreditService.deduct_credits_for_operation(self.world.account, "clustering", **values)

    def test_books_both_halves(self):
        """A deduction leaves one usage log and one transaction that agree with the balance."""
        self.assertEqual(self.deduct(tokens_input=400, tokens_output=100, model_used="gpt-5.1", cost_usd=Decimal(1)), 4)
        usage, transaction = CreditUsageLog.objects.get(), CreditTransaction.objects.get()
        self.assertEqual((usage.credits_used, usage.tokens_input, usage.tokens_output), (4, 400, 100))
        self.assertEqual((transaction.credits_amount, transaction.balance_after), (-4, 6))
        self.assertEqual(transaction.metadata["usage_log_id"], usage.pk)
        self.assertEqual(self.world.balance(), 6)

    def test_amount_overrides_tokens(self):
        """A given amount is the price."""
        self.assertEqual(self.deduct(tokens_input=9000, amount=7), 7)

    def test_too_little(self):
        """A balance that does not cover the price stays, and nothing is logged."""
        with self.assertRaises(InsufficientCreditsError) as caught:
            self.deduct(amount=11)
        self.assertEqual((caught.exception.required, caught.exception.available), (11, 10))
        self.assertEqual(self.world.balance(), 10)
        self.assertFalse(CreditUsageLog.objects.exists() or CreditTransaction.objects.exists())

    def test_check_reads_the_database(self):
        """The check sees what others have taken since."""
        CreditService.check_credits(self.world.account, "clustering", amount=10)
        type(self.world.account).objects.update(credits=1)
        with self.assertRaises(InsufficientCreditsError):
            CreditService.check_credits(self.world.account, "clustering")


class RefundTests(TestCase):
    def setUp(self):
        self.world = World(credits=10)
        CreditService.deduct_credits_for_operation(self.world.account, "clustering", amount=6)
        self.deduction = CreditTransaction.objects.get()

    def test_once(self):
        """A deduction is given back once."""
        CreditService.refund_credits(self.world.account, self.deduction)
        self.assertEqual(self.world.balance(), 10)
        with self.assertRaises(CreditCalculationError):
            CreditService.refund_credits(self.world.account, self.deduction, 1)

    def test_not_more_than_taken(self):
        with self.assertRaises(CreditCalculationError):
            CreditService.refund_credits(self.world.account, self.deduction, 7)

    def test_only_to_its_account(self):
        with self.assertRaises(CreditCalculationError):
            CreditService.refund_credits(World("Other").account, self.deduction)
