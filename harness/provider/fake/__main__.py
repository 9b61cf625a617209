"""`python -m harness.provider.fake --config FILE`"""

import gc

gc.disable()  # what is imported stays (process.main freezes it): to look for what could go would cost a tenth of the start

from harness.provider.fake.process import main  # noqa: E402

raise SystemExit(main())
