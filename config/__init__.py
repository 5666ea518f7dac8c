"""Settings, logs, the one connection to Temporal, and the policies, calendars and vacancies as data."""
