#!/bin/sh
set -eu
apt-get install --yes nginx
cat > /etc/nginx/nginx.conf <<'NGINX'
events {}
http {
    server {
        listen 80;
        server_name data.example.com;
        location / {
            if ($http_origin = https://app.example.com) {
                add_header Access-Control-Allow-Origin https://app.example.com always;
            }
            if ($request_method = POST) {
                add_header Cache-Control no-store always;
            }
            proxy_pass http://data:8080;
        }
    }
}
NGINX
systemctl reload nginx
