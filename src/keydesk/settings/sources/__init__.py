"""Where settings come from: files, Backstage's app-config, the environment; and what decides between them."""
