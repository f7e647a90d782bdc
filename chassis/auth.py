"""From the Authorization header to a principal: Ed25519 JWTs of the account service, and nothing else, are believed."""

from .principal import ANONYMOUS as ANONYMOUS
from .principal import Principal as Principal
from .principal import Role as Role
