from .base import *  # noqa: F403

DEBUG = False
LOG_DIR = Path(os.environ.get('LOG_DIR', BASE_DIR / 'log'))  # noqa: F405
LOG_DIR.mkdir(parents=True, exist_ok=True)
LOGGING = {
    'version': 1,
    'disable_existing_loggers': False,
    'formatters': {'plain': {'format': '{levelname:8} {asctime} {name} {message}', 'style': '{'}},
    'handlers': {
        'file': {
            'class': 'logging.handlers.WatchedFileHandler',
            'filename': LOG_DIR / 'shopscribe.log',
            'formatter': 'plain',
        },
    },
    'loggers': {
        'shopscribe': {'handlers': ['file'], 'level': 'INFO'},
        'django': {'handlers': ['file'], 'level': 'WARNING'},
    },
}
