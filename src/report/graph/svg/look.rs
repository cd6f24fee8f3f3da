//! The colours and lines of pictures, for light and dark grounds.

/// The style sheet. Classes have a prefix, so that several pictures and a page do not mix; nothing is a variable,
/// because viewers other than browsers know none.
pub const STYLE: &str = "
.fb text{font-family:'Helvetica Neue',Helvetica,Arial,'Liberation Sans','DejaVu Sans',sans-serif;white-space:pre}
.fb-head{font-size:18px;font-weight:700;fill:#0f172a}
.fb-name{font-size:13px;font-weight:600;fill:#0f172a}
.fb-kind{font-size:10.5px;fill:#64748b}
.fb-detail{font-size:11px;fill:#334155}
.fb-label{font-size:10.5px;fill:#475569}
.fb-note{font-size:12px;fill:#334155}
.fb-frame-name{font-size:12px;font-weight:600;fill:#475569}
.fb-pill{font-size:10.5px;font-weight:600}
.fb-sheet{fill:#ffffff}
.fb-frame{fill:#f8fafc;stroke:#cbd5e1}
.fb-card{fill:#ffffff;stroke:#cbd5e1;stroke-width:1.2}
.fb-edge{fill:none;stroke-width:4;stroke-linecap:round}
.fb-dot{fill:#0f766e}
.fb-line{fill:none;stroke:#94a3b8;stroke-width:1.5}
.fb-tip{fill:#94a3b8}
.fb-next .fb-line,.fb-binding .fb-line{stroke:#64748b}
.fb-next .fb-tip,.fb-binding .fb-tip{fill:#64748b}
.fb-handover .fb-line,.fb-condition .fb-line{stroke:#7c83db}
.fb-handover .fb-tip,.fb-condition .fb-tip{fill:#7c83db}
.fb-handover .fb-label,.fb-condition .fb-label{fill:#4f46e5}
.fb-error .fb-line{stroke:#dc8f8f;stroke-dasharray:5 3}
.fb-error .fb-tip{fill:#dc8f8f}
.fb-error .fb-label{fill:#b05252}
.fb-grant .fb-line{stroke-dasharray:5 3}
.fb-strong .fb-line{stroke:#ea580c;stroke-width:3}
.fb-strong .fb-tip{fill:#ea580c}
.fb-strong .fb-label{fill:#c2410c}
.fb-strong.fb-error .fb-line{stroke-dasharray:8 4}
.fb-arrow:hover .fb-line{stroke-width:3}
.fb-invoke .fb-edge,.fb-function .fb-edge{stroke:#f59e0b}
.fb-speak .fb-edge,.fb-flow .fb-edge{stroke:#3b82f6}
.fb-choose .fb-edge{stroke:#8b5cf6}
.fb-transfer .fb-edge,.fb-module .fb-edge{stroke:#14b8a6}
.fb-end .fb-edge{stroke:#475569}
.fb-set .fb-edge{stroke:#cbd5e1}
.fb-instance .fb-edge{stroke:#0f766e}
.fb-missing .fb-edge{stroke:#dc2626}
.fb-missing .fb-card{stroke:#dc2626;stroke-dasharray:5 3}
.fb-faint .fb-card{stroke-dasharray:5 3;fill:#f8fafc}
.fb-faint .fb-name,.fb-faint .fb-detail{fill:#64748b}
.fb-has-warning .fb-card{stroke:#d97706;stroke-width:1.8}
.fb-has-error .fb-card{stroke:#dc2626;stroke-width:2}
.fb-ground-error{fill:#fee2e2}.fb-pill.fb-error{fill:#b91c1c}
.fb-ground-warning{fill:#fef3c7}.fb-pill.fb-warning{fill:#92400e}
.fb-ground-info{fill:#e0f2fe}.fb-pill.fb-info{fill:#075985}
.fb-ground-sum{fill:#ffedd5}.fb-pill.fb-sum{fill:#9a3412}
@media (prefers-color-scheme:dark){
.fb-head,.fb-name{fill:#f1f5f9}
.fb-kind{fill:#94a3b8}
.fb-detail,.fb-note{fill:#cbd5e1}
.fb-label,.fb-frame-name{fill:#a8b5c7}
.fb-sheet{fill:#0d1420}
.fb-frame{fill:#121c2b;stroke:#334155}
.fb-card{fill:#182334;stroke:#3b4a60}
.fb-dot{fill:#2dd4bf}
.fb-line{stroke:#64748b}.fb-tip{fill:#64748b}
.fb-next .fb-line,.fb-binding .fb-line{stroke:#8495ad}
.fb-next .fb-tip,.fb-binding .fb-tip{fill:#8495ad}
.fb-handover .fb-line,.fb-condition .fb-line{stroke:#6d74d4}
.fb-handover .fb-tip,.fb-condition .fb-tip{fill:#6d74d4}
.fb-handover .fb-label,.fb-condition .fb-label{fill:#a5b4fc}
.fb-error .fb-line{stroke:#9c5a5f}
.fb-error .fb-tip{fill:#9c5a5f}
.fb-error .fb-label{fill:#e0989c}
.fb-strong .fb-line{stroke:#f97316}
.fb-strong .fb-tip{fill:#f97316}
.fb-strong .fb-label{fill:#fdba74}
.fb-end .fb-edge{stroke:#94a3b8}
.fb-set .fb-edge{stroke:#475569}
.fb-instance .fb-edge{stroke:#2dd4bf}
.fb-missing .fb-card,.fb-has-error .fb-card{stroke:#f87171}
.fb-has-warning .fb-card{stroke:#f59e0b}
.fb-faint .fb-card{fill:#121c2b}
.fb-faint .fb-name,.fb-faint .fb-detail{fill:#94a3b8}
.fb-ground-error{fill:#7f1d1d}.fb-pill.fb-error{fill:#fecaca}
.fb-ground-warning{fill:#5c3a0a}.fb-pill.fb-warning{fill:#fde68a}
.fb-ground-info{fill:#0c4a6e}.fb-pill.fb-info{fill:#bae6fd}
.fb-ground-sum{fill:#5e2a10}.fb-pill.fb-sum{fill:#fed7aa}
}
";
