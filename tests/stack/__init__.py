"""The real parts that tests run against: servers, worker, application, browser."""
