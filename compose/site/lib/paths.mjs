/**
 * Where things are in the container. `/run` is a tmpfs and belongs to this container alone; `/etc/letsencrypt` is a
 * volume that outlives it, and that two containers share for the seconds in which a release replaces another.
 */
export const PATHS = {
  /** templates as the image ships them */
  nginxTemplates: "/opt/site/nginx",
  /** what nginx reads: a symlink to a folder with the filled-in templates and `certificate`, a link in its turn */
  nginxConfig: "/run/nginx/conf",
  nginxPid: "/run/nginx/nginx.pid",
  /** nginx's own scratch space */
  nginxTemp: "/run/nginx/temp",
  /** what nginx serves at present, for the app's page and for the next renewal */
  tlsState: "/run/site/tls.json",
  selfSigned: "/etc/letsencrypt/self-signed",
  /** shared with the other container of a rollout: either may be asked for the challenge */
  webroot: "/etc/letsencrypt/webroot",
  letsencrypt: "/etc/letsencrypt",
  /** certbot's folder of the certificate named `site` */
  issued: "/etc/letsencrypt/live/site",
  /** what certbot remembers about it: server, key type, domains */
  renewal: "/etc/letsencrypt/renewal/site.conf",
  certbotWork: "/run/certbot",
};
