"""What pytest finds by the plugin's entry point, under the name `plugproof`.

It only names the plugin. A suite that names it once more, in `pytest_plugins` or with `-p`, then finds it there
instead of being refused for loading it twice.
"""

pytest_plugins = ("plugproof_pytest.plugin",)
