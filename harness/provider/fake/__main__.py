"""`python -m harness.provider.fake --config FILE`"""

from harness.provider.fake.process import main

raise SystemExit(main())
