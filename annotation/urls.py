"""Pages of the annotation room."""
from django.contrib.auth import views as auth_views
from django.urls import path
from django.views.generic import RedirectView

from annotation.views import (
    accounts,
    comparing,
    exports,
    frames,
    guides,
    imports,
    jobs,
    members,
    organizations,
    projects,
    requests,
    tasks,
    tokens,
    work,
)

app_name = "annotation"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="annotation:project_list"), name="home"),
    # accounts
    path("login", accounts.Login.as_view(), name="login"),
    path("logout", auth_views.LogoutView.as_view(), name="logout"),
    path("signup", accounts.signup, name="signup"),
    path("password-reset", accounts.PasswordReset.as_view(), name="password_reset"),
    path("password-reset/sent", accounts.PasswordResetDone.as_view(), name="password_reset_done"),
    path("password-reset/<uidb64>/<token>", accounts.PasswordResetConfirm.as_view(), name="password_reset_confirm"),
    path("password-change", accounts.PasswordChange.as_view(), name="password_change"),
    path("profile", accounts.profile, name="profile"),
    path("tokens", tokens.token_list, name="token_list"),
    path("tokens/<int:token_id>/revoke", tokens.token_revoke, name="token_revoke"),
    # projects
    path("projects", projects.project_list, name="project_list"),
    path("projects/create", projects.project_create, name="project_create"),
    path("projects/<int:project_id>", projects.project_detail, name="project_detail"),
    path("projects/<int:project_id>/edit", projects.project_edit, name="project_edit"),
    path("projects/<int:project_id>/guide", guides.project_guide, name="project_guide"),
    path("projects/<int:project_id>/guide/preview", guides.guide_preview, name="guide_preview"),
    path("projects/<int:project_id>/guide/pictures", guides.guide_picture, name="guide_picture"),
    path("projects/<int:project_id>/guide/versions", guides.guide_versions, name="guide_versions"),
    path("projects/<int:project_id>/guide/versions/<int:number>", guides.guide_version, name="guide_version"),
    path("guides/pictures/<str:key>", guides.picture, name="guide_picture_shown"),
    path("projects/<int:project_id>/delete", projects.project_delete, name="project_delete"),
    path("projects/<int:project_id>/export", exports.project_export, name="project_export"),
    path("projects/<int:project_id>/members", members.member_add, name="member_add"),
    path("projects/<int:project_id>/members/<int:user_id>/remove", members.member_remove, name="member_remove"),
    # tasks
    path("tasks", tasks.task_list, name="task_list"),
    path("projects/<int:project_id>/tasks/create", tasks.task_create, name="task_create"),
    path("tasks/<int:task_id>", tasks.task_detail, name="task_detail"),
    path("tasks/<int:task_id>/images", tasks.task_images, name="task_images"),
    path("tasks/<int:task_id>/edit", tasks.task_edit, name="task_edit"),
    path("tasks/<int:task_id>/delete", tasks.task_delete, name="task_delete"),
    path("tasks/<int:task_id>/export", exports.task_export, name="task_export"),
    path("tasks/<int:task_id>/imports", imports.task_imports, name="task_imports"),
    path("tasks/<int:task_id>/imports/show", imports.task_show_preannotations, name="task_show_preannotations"),
    path("tasks/<int:task_id>/imports/<str:kind>/remove", imports.task_imports_remove, name="task_imports_remove"),
    # jobs and frames
    path("jobs/<int:job_id>", jobs.job_detail, name="job_detail"),
    path("jobs/<int:job_id>/compare", comparing.job_compare, name="job_compare"),
    path("jobs/<int:job_id>/editor", jobs.job_editor, name="job_editor"),
    path("jobs/<int:job_id>/reopen", jobs.job_reopen, name="job_reopen"),
    path("jobs", work.job_list, name="job_list"),
    path("jobs/<int:job_id>/assign", work.job_assign, name="job_assign"),
    path("frames/<int:frame_id>/<str:quality>", frames.frame_image, name="frame_image"),
    # organizations
    path("organizations", organizations.organization_list, name="organization_list"),
    path("space", organizations.space_switch, name="space_switch"),
    path("organizations/<int:organization_id>", organizations.organization_detail, name="organization_detail"),
    path("organizations/<int:organization_id>/edit", organizations.organization_edit, name="organization_edit"),
    path("organizations/<int:organization_id>/delete", organizations.organization_delete, name="organization_delete"),
    path("organizations/<int:organization_id>/invitations", organizations.invite, name="organization_invite"),
    path("organizations/<int:organization_id>/invitations/<str:verb>", organizations.invitation_verb, name="invitation_verb"),
    path("organizations/<int:organization_id>/members/<int:member_id>/role", organizations.member_role, name="organization_role"),
    path("organizations/<int:organization_id>/members/<int:member_id>/owner", organizations.member_owner, name="organization_owner"),
    path("organizations/<int:organization_id>/members/<int:member_id>/remove", organizations.member_leave, name="organization_leave"),
    path("projects/<int:project_id>/move", organizations.project_move, name="project_move"),
    path("invitations/<str:key>", organizations.invitation, name="invitation"),
    # background work
    path("requests", requests.request_list, name="request_list"),
    path("requests/<uuid:request_id>", requests.request_detail, name="request_detail"),
    path("requests/<uuid:request_id>/download", requests.request_download, name="request_download"),
]
