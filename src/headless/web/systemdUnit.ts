/**
 * A unit for a system service. `command` is the program with its arguments. A card takes the group audio; what it keeps
 * is in /var/lib/longtake.
 */
export function systemdUnit(command: string): string {
  return `# A studio in a browser as a service. Set its password first:
#   sudo useradd --system --home-dir /var/lib/longtake --create-home --groups audio longtake
#   sudo -u longtake ${command} --profile /var/lib/longtake --set-password
# then, with this file as /etc/systemd/system/longtake.service:
#   sudo systemctl daemon-reload && sudo systemctl enable --now longtake
[Unit]
Description=Longtake: records soundcards and streams unattended
Wants=network-online.target
After=network-online.target sound.target

[Service]
Type=simple
User=longtake
Group=longtake
SupplementaryGroups=audio
ExecStart=${command} --profile /var/lib/longtake
# Secrets and settings such as LONGTAKE_SERVE_HOST; readable by root alone.
EnvironmentFile=-/etc/longtake.env
# SIGTERM closes every file within 5 s. The children close theirs by themselves.
KillMode=mixed
TimeoutStopSec=20
Restart=always
RestartSec=2
StateDirectory=longtake
StateDirectoryMode=0700
UMask=0077

# Recording goes before what else runs.
Nice=-5
IOSchedulingClass=best-effort
IOSchedulingPriority=1
LimitNOFILE=8192
OOMScoreAdjust=-500

NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictNamespaces=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
RemoveIPC=yes
CapabilityBoundingSet=
AmbientCapabilities=
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
DeviceAllow=char-alsa rw
DevicePolicy=closed
# Another recordings folder has to be named here, too:
#ReadWritePaths=/srv/recordings

[Install]
WantedBy=multi-user.target
`;
}
