"""The HTTP interface of the fake tenant: routes, request bodies, responses, tokens, paging."""
