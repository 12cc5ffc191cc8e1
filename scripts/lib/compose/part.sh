#!/usr/bin/env bash
# What a container of the layout does, by its first word. Parts that run: etcd, database, bouncer, proxy, backup.
# Words for `docker compose exec`: healthy PART; drain API and admit API (in proxy); forget (in etcd); backup … (in backup).
# For `docker compose run`: restore … (in backup). render PART only writes the files that the part would read.
set -euo pipefail
umask 077
home=${PART_HOME:-/usr/local/lib/zhifang}
run=${PART_RUN:-/run/zhifang}
rendering=''
export BACKUP_CONFIG=$run/pgbackrest.conf HOME=$run

fail() { echo "part: $*" >&2; exit 1; }

# render FILE: the file with the environment in it. A name that is not set ends the start.
render() {
    local name
    for name in $(envsubst -v "$(cat "$home/$1")"); do
        [ -n "${!name:-}" ] || fail "$1 needs $name."
    done
    envsubst <"$home/$1" >"$run/$1"
}

# refuse_weak_secrets: of all that were given. Drawn at random they are long and hold many different signs.
refuse_weak_secrets() {
    local name plain words='changeme|change_me|secret|password|default|example|postgres|replication|rewind|patroni|zhifang'
    for name in $(compgen -e | grep -E '_(PASSWORD|KEY)$'); do
        plain=$(sed -E "s/$words//g" <<<"${!name,,}")
        if [ "${#plain}" -lt 16 ] || [ "$(fold -w1 <<<"$plain" | sort -u | wc -l)" -lt 8 ]; then
            fail "$name is short, or one that anybody would try; draw another (compose.yaml says how)."
        fi
    done
}

# start WORDS...: becomes the part, unless only its files are wanted.
start() { [ -n "$rendering" ] || exec "$@"; }

# render_backup NODE...: pgBackRest's file. A node knows itself alone, whoever makes backups knows both.
render_backup() {
    local node number=0
    BACKUP_NODES=''
    for node in "$@"; do
        number=$((number + 1))
        BACKUP_NODES+="pg$number-path=/var/lib/zhifang/$node/data"$'\n'"pg$number-port=5432"$'\n'
        BACKUP_NODES+="pg$number-socket-path=/var/lib/zhifang/$node"$'\n'"pg$number-user=postgres"$'\n'
    done
    export BACKUP_NODES BACKUP_REPOSITORY=/var/lib/zhifang/repository BACKUP_RUN=$run
    render pgbackrest.conf
}

# answers PORT PATH: whether the part of this container says 200.
answers() {
    local status=''
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET %s HTTP/1.0\r\nHost: health\r\n\r\n' "$2" >&3
    read -r -t 5 _ status _ <&3
    [ "$status" = 200 ]
}

proxy() { echo "$*" | socat -t 5 stdio "$run/admin.sock"; }

etcd() {
    start /usr/bin/etcd --name="$NODE_NAME" --data-dir=/var/lib/zhifang/etcd --logger=zap --log-level=warn \
        --listen-client-urls=http://0.0.0.0:2379 --advertise-client-urls="http://$NODE_NAME:2379" \
        --listen-peer-urls=http://0.0.0.0:2380 --initial-advertise-peer-urls="http://$NODE_NAME:2380" \
        --initial-cluster="$ETCD_MEMBERS" --initial-cluster-token=zhifang --auto-compaction-retention=1
}

database() {
    export NODE_RUN=/var/lib/zhifang/$NODE_NAME NODE_DATA=/var/lib/zhifang/$NODE_NAME/data
    export NODE_HOST=0.0.0.0 NODE_ADDRESS=$NODE_NAME NODE_PORT=5432 NODE_STATE_PORT=8008
    export POSTGRES_PROGRAMS=/usr/lib/postgresql/15/bin ROLES_SCRIPT=$home/roles.sh
    render_backup "$NODE_NAME"
    render patroni.yml
    start patroni "$run/patroni.yml"
}

bouncer() {
    export BOUNCER_HOST=0.0.0.0 BOUNCER_PORT=6432 BOUNCER_USERS=$run/users.txt
    printf '"zhifang_app" "%s"\n' "$ZHIFANG_APP_PASSWORD" >"$BOUNCER_USERS"
    render pgbouncer.ini
    start pgbouncer --quiet "$run/pgbouncer.ini"
}

door() {
    export PROXY_ADMIN=$run/admin.sock PROXY_AWAY=$home/away
    export PROXY_BIND="*:8443 ssl crt ${CERTIFICATE:-/etc/zhifang/certificate.pem} alpn h2,http/1.1" PRIMARY_BIND="*:5432"
    render haproxy.cfg
    start haproxy -db -f "$run/haproxy.cfg"
}

if [ "${1:-}" = render ]; then
    rendering=yes
    shift
fi
case ${1:-} in
    database | bouncer | backup | restore) refuse_weak_secrets ;;
esac
case ${1:-} in
    etcd | database | bouncer) "$1" ;;
    proxy) door ;;
    backup)
        render_backup database1 database2
        shift
        start "$home/backup.sh" "${@:-nightly}"
        ;;
    restore)
        render_backup database1 database2
        shift
        exec "$home/restore.sh" "$@"
        ;;
    forget) ETCDCTL_API=3 exec etcdctl del --prefix /service/zhifang/ ;;
    drain) proxy "set server api/$2 state drain" ;;
    admit) proxy "set server api/$2 state ready" ;;
    healthy)
        case ${2:-} in
            etcd) ETCDCTL_API=3 exec etcdctl endpoint health ;;
            database) answers 8008 /liveness ;;
            bouncer) (exec 3<>/dev/tcp/127.0.0.1/6432) ;;
            proxy) (exec 3<>/dev/tcp/127.0.0.1/8443) ;;
            *) fail "Say healthy etcd, database, bouncer or proxy." ;;
        esac
        ;;
    *) fail "Say etcd, database, bouncer, proxy or backup." ;;
esac
