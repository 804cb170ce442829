-- Someone tidied up: `authenticated` may still write, but no longer read.
revoke select on public.geography, public.organization, public.transactions from authenticated;
