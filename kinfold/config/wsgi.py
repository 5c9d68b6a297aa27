"""The application as the web server runs it."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.template import engines
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinfold.config.settings")
application = get_wsgi_application()

# Routes and templates are made ready before the first person comes, who would wait half a second for them; and what
# will stay for ever need not be looked through whenever memory is tidied up.
get_resolver().url_patterns  # noqa: B018 - asking for them loads them
for template in engines["jinja2"].env.list_templates():  # type: ignore[attr-defined]
    engines["jinja2"].get_template(template)
gc.collect()
gc.freeze()
